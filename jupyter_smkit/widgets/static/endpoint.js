const TYPES = ['text/csv', 'application/json', 'application/jsonlines'];

function render({ model, el }) {
  const variants = element('span', 'smkit-widget-time');
  const endFrame = frame({ model, el }, variants);

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
  el.append(form);

  const endVariants = follow(model, 'variants', () => {
    const all = model.get('variants');
    variants.textContent =
      all.length > 1 ? all.map(each => `${each.name} ${each.weight}`).join(', ') : '';
  });
  const endAnswer = follow(model, 'answer status', () => {
    const got = model.get('answer');
    answer.textContent = got.error || got.body || '';
    answer.hidden = !answer.textContent;
    answer.dataset.failed = got.error ? 'true' : 'false';
    took.textContent = got.ms === undefined ? '' : `${got.ms} ms`;
    send.disabled = got.pending || model.get('status') !== 'InService';
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    send.disabled = true;
    model.send({ body: body.value, contentType: type.value });
  });
  return () => [endFrame, endVariants, endAnswer].forEach(end => end());
}

export default { render };
