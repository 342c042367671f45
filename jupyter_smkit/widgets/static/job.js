function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

function render({ model, el }) {
  const time = element('span', 'smkit-widget-time');
  const [stop, endStop] = stopButton(model);
  const endFrame = frame({ model, el }, time, stop);
  const log = element('pre', 'smkit-widget-log');
  log.tabIndex = 0;
  log.setAttribute('aria-label', `Log of ${model.get('name')}`);
  el.append(log);

  const ends = [
    endFrame,
    endStop,
    follow(model, 'started ended', () => {
      const started = model.get('started');
      const ended = model.get('ended');
      time.textContent = started && ended ? duration(ended - started) : '';
    }),
    follow(model, 'log', () => {
      const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
      log.textContent = model.get('log').join('\n');
      log.hidden = !log.textContent;
      if (atEnd) {
        log.scrollTop = log.scrollHeight;
      }
    })
  ];
  return () => ends.forEach(end => end());
}

export default { render };
