function number(value) {
  return value === null || value === undefined ? '–' : Number(value).toPrecision(5);
}

function milliseconds(seconds) {
  return seconds === null || seconds === undefined ? '–' : `${(seconds * 1000).toFixed(1)} ms`;
}

function render({ model, el }) {
  const [stop, endStop] = stopButton(model);
  const endFrame = frame({ model, el }, stop);
  const table = element('table', 'smkit-widget-table');
  el.append(table);

  const endRows = follow(model, 'rows metric', () => {
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
  });
  return () => [endStop, endFrame, endRows].forEach(end => end());
}

export default { render };
