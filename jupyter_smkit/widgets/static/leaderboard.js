const ENDED = ['Completed', 'Failed', 'Stopped'];

function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function number(value) {
  return value === null || value === undefined ? '–' : Number(value).toPrecision(5);
}

function milliseconds(seconds) {
  return seconds === null || seconds === undefined ? '–' : `${(seconds * 1000).toFixed(1)} ms`;
}

function render({ model, el }) {
  el.classList.add('smkit-widget');
  const head = element('div', 'smkit-widget-head');
  const name = element('strong', 'smkit-widget-name');
  const status = element('span', 'smkit-widget-status');
  status.setAttribute('role', 'status');
  const stop = element('button', 'smkit-widget-button', 'Stop');
  stop.type = 'button';
  const detail = element('div', 'smkit-widget-detail');
  const table = element('table', 'smkit-widget-table');
  head.append(name, status, stop);
  el.append(head, detail, table);

  const update = () => {
    const now = model.get('status');
    name.textContent = model.get('name');
    stop.setAttribute('aria-label', `Stop ${model.get('name')}`);
    status.textContent = now;
    status.dataset.status = now;
    detail.textContent = model.get('error') || model.get('detail');
    detail.hidden = !detail.textContent;
    stop.hidden = ENDED.includes(now);
    stop.disabled = now === 'Stopping';
  };
  const updateRows = () => {
    const rows = model.get('rows');
    const header = element('tr', '');
    for (const title of ['', 'Candidate', model.get('metric') || 'Score', 'Latency', 'Status']) {
      const cell = element('th', '', title);
      cell.scope = 'col';
      header.append(cell);
    }
    const thead = element('thead', '');
    thead.append(header);
    const tbody = element('tbody', '');
    rows.forEach((row, place) => {
      const line = element('tr', place === 0 ? 'smkit-widget-best' : '');
      line.append(
        element('td', '', String(place + 1)),
        element('td', '', row.name),
        element('td', 'smkit-widget-number', number(row.value)),
        element('td', 'smkit-widget-number', milliseconds(row.latency)),
        element('td', '', row.status)
      );
      tbody.append(line);
    });
    table.replaceChildren(thead, tbody);
    table.hidden = rows.length === 0;
  };
  stop.addEventListener('click', () => {
    stop.disabled = true;
    model.send('stop');
  });
  const watched = 'change:status change:detail change:error';
  model.on(watched, update);
  model.on('change:rows change:metric', updateRows);
  update();
  updateRows();
  return () => {
    model.off(watched, update);
    model.off('change:rows change:metric', updateRows);
  };
}

export default { render };
