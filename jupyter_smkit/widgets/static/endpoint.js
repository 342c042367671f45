const TYPES = ['text/csv', 'application/json', 'application/jsonlines'];

function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function render({ model, el }) {
  el.classList.add('smkit-widget');
  const head = element('div', 'smkit-widget-head');
  const name = element('strong', 'smkit-widget-name');
  const status = element('span', 'smkit-widget-status');
  status.setAttribute('role', 'status');
  const variants = element('span', 'smkit-widget-time');
  const detail = element('div', 'smkit-widget-detail');
  head.append(name, status, variants);

  const form = element('form', 'smkit-widget-form');
  const body = element('textarea', 'smkit-widget-input');
  body.rows = 3;
  body.setAttribute('aria-label', 'Request body');
  body.placeholder = 'One row of features a line';
  const type = element('select', 'smkit-widget-select');
  type.setAttribute('aria-label', 'Content type');
  for (const each of TYPES) {
    type.append(new Option(each, each));
  }
  const send = element('button', 'smkit-widget-button', 'Send');
  send.type = 'submit';
  const took = element('span', 'smkit-widget-time');
  const answer = element('pre', 'smkit-widget-log');
  answer.setAttribute('aria-live', 'polite');
  answer.tabIndex = 0;
  answer.setAttribute('aria-label', 'Answer');
  const row = element('div', 'smkit-widget-head');
  row.append(type, send, took);
  form.append(body, row, answer);
  el.append(head, detail, form);

  const update = () => {
    const now = model.get('status');
    name.textContent = model.get('name');
    status.textContent = now;
    status.dataset.status = now;
    detail.textContent = model.get('error') || model.get('detail');
    detail.hidden = !detail.textContent;
    send.disabled = now !== 'InService';
    const all = model.get('variants');
    variants.textContent =
      all.length > 1 ? all.map(each => `${each.name} ${each.weight}`).join(', ') : '';
  };
  const updateAnswer = () => {
    const got = model.get('answer');
    answer.textContent = got.error || got.body || '';
    answer.hidden = !answer.textContent;
    answer.dataset.failed = got.error ? 'true' : 'false';
    took.textContent = got.ms === undefined ? '' : `${got.ms} ms`;
    send.disabled = model.get('status') !== 'InService';
  };
  form.addEventListener('submit', event => {
    event.preventDefault();
    send.disabled = true;
    model.send({ body: body.value, contentType: type.value });
  });
  const watched = 'change:status change:detail change:error change:variants';
  model.on(watched, update);
  model.on('change:answer', updateAnswer);
  update();
  updateAnswer();
  return () => {
    model.off(watched, update);
    model.off('change:answer', updateAnswer);
  };
}

export default { render };
