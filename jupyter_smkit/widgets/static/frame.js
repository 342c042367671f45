const ENDED = ['Completed', 'Failed', 'Stopped'];

function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** The name, the status and what is said of it; `parts` stand beside the status. */
function frame({ model, el }, ...parts) {
  el.classList.add('smkit-widget');
  const head = element('div', 'smkit-widget-head');
  const name = element('strong', 'smkit-widget-name', model.get('name'));
  const status = element('span', 'smkit-widget-status');
  status.setAttribute('role', 'status');
  const detail = element('div', 'smkit-widget-detail');
  head.append(name, status, ...parts);
  el.append(head, detail);
  return follow(model, 'status detail error', () => {
    status.textContent = model.get('status');
    status.dataset.status = model.get('status');
    detail.textContent = model.get('error') || model.get('detail');
    detail.hidden = !detail.textContent;
  });
}

/** A button that stops a job while it runs, and what ends its following. */
function stopButton(model) {
  const stop = element('button', 'smkit-widget-button', 'Stop');
  stop.type = 'button';
  stop.setAttribute('aria-label', `Stop ${model.get('name')}`);
  stop.addEventListener('click', () => {
    stop.disabled = true;
    model.send('stop');
  });
  const end = follow(model, 'status error', () => {
    stop.hidden = ENDED.includes(model.get('status'));
    stop.disabled = model.get('status') === 'Stopping';
  });
  return [stop, end];
}

/** Calls `update` now and whenever one of the traits changes; returns what ends that. */
function follow(model, traits, update) {
  const events = traits.replace(/\w+/g, 'change:$&');
  model.on(events, update);
  update();
  return () => model.off(events, update);
}
