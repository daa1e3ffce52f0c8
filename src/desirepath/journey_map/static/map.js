// The map's only script. Every link of the page works without it (it leads to a section further down); with
// it, sections open in place. The address after # is the whole state: "#s.decision+e.track.decision.rate&theme=dark".
(() => {
  'use strict';
  const root = document.documentElement;
  const panel = document.querySelector('dialog.panel');
  const body = panel.querySelector('.panel-body');
  const map = document.getElementById('map');
  let opener = null;

  root.classList.add('js');

  const read = () => {
    let hash = location.hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch { hash = ''; }
    const [path, ...rest] = hash.split('&');
    const parts = path.split('+').filter(Boolean);
    const find = (sign) => parts.find((part) => part.startsWith(sign)) || '';
    const theme = (rest.find((part) => part.startsWith('theme=')) || '').slice(6);
    return { stage: find('s.'), top: find('e.') || find('t.'), theme };
  };

  const write = (state) => {
    const path = [state.stage, state.top].filter(Boolean).join('+');
    const hash = '#' + (path || 'map') + (state.theme ? '&theme=' + state.theme : '');
    if (hash !== location.hash) location.hash = hash;
    show();
  };

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const paint = (theme) => {
    const now = theme || (dark.matches ? 'dark' : 'light');
    root.dataset.theme = now;
    const button = document.querySelector('[data-do=theme]');
    button.setAttribute('aria-pressed', String(now === 'dark'));
    button.querySelector('.word').textContent = now === 'dark' ? 'Light' : 'Dark';
  };

  const fill = (id) => {
    const section = document.getElementById(id);
    if (!section) return false;
    const copy = section.cloneNode(true);
    copy.removeAttribute('id');
    // How it is counted is told once on the page, and here beside the number that it is about.
    copy.querySelectorAll('.how > a').forEach((link) => {
      const rule = document.getElementById(link.getAttribute('href').slice(1));
      if (rule) link.parentNode.replaceWith(...[...rule.cloneNode(true).childNodes]);
    });
    copy.querySelectorAll('[id]').forEach((part) => part.removeAttribute('id'));
    const title = copy.querySelector('h3');
    title.id = 'panel-title';
    body.replaceChildren(copy);
    return true;
  };

  const show = () => {
    const state = read();
    paint(state.theme);
    let stage = null;
    document.querySelectorAll('.stage-map').forEach((one) => {
      const open = one.id === state.stage;
      one.classList.toggle('open', open);
      if (open) stage = one;
    });
    const was = root.classList.contains('in-stage');
    root.classList.toggle('in-stage', Boolean(stage));
    const key = stage ? stage.id : '';
    if (root.dataset.stage !== key) {
      if (stage) { scrollTo(0, 0); stage.querySelector('h2').focus({ preventScroll: true }); }
      else if (was) {
        const back = map.querySelector('a[href="#' + CSS.escape(root.dataset.stage).replace(/\\/g, '') + '"]');
        if (back) back.focus();
      }
      root.dataset.stage = key;
    }
    if (state.top && fill(state.top)) {
      if (!panel.open) panel.showModal();
      panel.scrollTop = 0;
      panel.querySelector('[data-do=close]').focus();
    } else if (panel.open) {
      panel.close();
    }
  };

  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest('a[href^="#"]');
    if (link) {
      const id = link.getAttribute('href').slice(1);
      const state = read();
      if (/^[et]\./.test(id)) {
        event.preventDefault();
        if (!panel.contains(link)) opener = link;
        write({ ...state, top: id });
      } else if (id.startsWith('s.')) {
        event.preventDefault();
        write({ ...state, stage: id, top: '' });
      } else if (id === 'map') {
        event.preventDefault();
        write({ ...state, stage: '', top: '' });
      }
      return;
    }
    const button = event.target.closest('[data-do]');
    if (!button) { if (event.target === panel) write({ ...read(), top: '' }); return; }
    const what = button.dataset.do;
    if (what === 'close') write({ ...read(), top: '' });
    if (what === 'print') print();
    if (what === 'theme') write({ ...read(), theme: root.dataset.theme === 'dark' ? 'light' : 'dark' });
    if (what === 'data') save();
  });

  // Escape closes the dialog by itself; the address has to follow.
  panel.addEventListener('close', () => {
    if (read().top) write({ ...read(), top: '' });
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  });

  // The data are packed: as text they would be nearly half of the page. A browser that cannot unpack saves them packed.
  const save = async () => {
    const packed = Uint8Array.from(atob(document.getElementById('data').textContent), (sign) => sign.charCodeAt(0));
    let blob = new Blob([packed], { type: 'application/gzip' });
    let ending = '.json.gz';
    if ('DecompressionStream' in window) {
      const text = await new Response(blob.stream().pipeThrough(new DecompressionStream('gzip'))).text();
      blob = new Blob([text], { type: 'application/json' });
      ending = '.json';
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = (document.title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'map') + ending;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // Paper: the narrowest sheet (so the largest type) on which all lanes fit, at the shape of A4 and A3 landscape.
  // Where none fits, the style's own width stands and the lanes go on to a second sheet.
  addEventListener('beforeprint', () => {
    const main = document.querySelector('main');
    root.style.removeProperty('--sheet');
    root.style.fontSize = '16px';
    root.classList.add('on-paper');
    for (let width = 1600; width <= 3200; width += 100) {
      main.style.width = width + 'px';
      if (map.querySelector('.legend').getBoundingClientRect().bottom - main.getBoundingClientRect().top < width * .672) {
        root.style.setProperty('--sheet', String(width));
        break;
      }
    }
    main.style.width = '';
    root.classList.remove('on-paper');
    root.style.fontSize = '';
  });

  addEventListener('hashchange', show);
  dark.addEventListener('change', () => paint(read().theme));
  show();
})();
