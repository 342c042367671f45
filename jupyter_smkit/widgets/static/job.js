const ENDED = ['Completed', 'Failed', 'Stopped'];

function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

function render({ model, el }) {
  el.classList.add('smkit-widget');
  const head = element('div', 'smkit-widget-head');
  const name = element('strong', 'smkit-widget-name');
  const status = element('span', 'smkit-widget-status');
  status.setAttribute('role', 'status');
  const time = element('span', 'smkit-widget-time');
  const stop = element('button', 'smkit-widget-button', 'Stop');
  stop.type = 'button';
  const detail = element('div', 'smkit-widget-detail');
  const log = element('pre', 'smkit-widget-log');
  log.tabIndex = 0;
  head.append(name, status, time, stop);
  el.append(head, detail, log);

  const update = () => {
    const now = model.get('status');
    name.textContent = model.get('name');
    stop.setAttribute('aria-label', `Stop ${model.get('name')}`);
    log.setAttribute('aria-label', `Log of ${model.get('name')}`);
    status.textContent = now;
    status.dataset.status = now;
    detail.textContent = model.get('error') || model.get('detail');
    detail.hidden = !detail.textContent;
    stop.hidden = ENDED.includes(now);
    stop.disabled = now === 'Stopping';
    const started = model.get('started');
    const ended = model.get('ended');
    time.textContent = started && ended ? duration(ended - started) : '';
  };
  const updateLog = () => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    log.textContent = model.get('log').join('\n');
    log.hidden = !log.textContent;
    if (atEnd) {
      log.scrollTop = log.scrollHeight;
    }
  };
  stop.addEventListener('click', () => {
    stop.disabled = true;
    model.send('stop');
  });
  const watched = 'change:status change:detail change:error change:started change:ended';
  model.on(watched, update);
  model.on('change:log', updateLog);
  update();
  updateLog();
  return () => {
    model.off(watched, update);
    model.off('change:log', updateLog);
  };
}

export default { render };
