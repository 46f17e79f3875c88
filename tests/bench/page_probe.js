// Runs in the measured page before anything of it: notes when a figure was painted, and whether a tooltip stays.
// Times are Unix milliseconds. Selectors reach into open shadow roots.
(() => {
  const probe = (globalThis.netmonProbe = { seen: [], tip: [0, 0] });

  // Whether a change was made inside a frame's callback tells whether this frame paints it, or the next one. Observers
  // of changes are microtasks, which come before the one that ends it.
  let isInFrame = false;
  const nextFrame = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (run) =>
    nextFrame((time) => {
      isInFrame = true;
      run(time);
      queueMicrotask(() => (isInFrame = false));
    });

  function afterPaint(run) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(null);
  }

  function find(selector, root = document) {
    const found = root.querySelector(selector);
    if (found !== null) return found;
    for (const host of root.querySelectorAll("*")) {
      const inner = host.shadowRoot && find(selector, host.shadowRoot);
      if (inner) return inner;
    }
    return null;
  }
  probe.find = find;

  /** Looks for it anew only where it is gone: a search costs more than what is measured. */
  function finder(selector) {
    let found = null;
    return () => {
      if (!found?.isConnected || !found.matches(selector)) found = find(selector);
      return found;
    };
  }

  probe.watch = (selector, around) => {
    let shown = "";
    const figure = finder(selector);
    const note = (text) => {
      const painted = () => probe.seen.push([performance.timeOrigin + performance.now(), text]);
      if (isInFrame) afterPaint(painted);
      else nextFrame(() => afterPaint(painted));
    };
    const look = () => {
      const text = figure()?.textContent ?? "";
      if (text === shown) return;
      shown = text;
      note(text);
    };
    new MutationObserver(look).observe(find(around), { subtree: true, childList: true, characterData: true });
  };

  probe.watchTip = (selector) => {
    const tip = finder(selector);
    setInterval(() => {
      const node = tip();
      const isShown = node?.getClientRects().length > 0 && getComputedStyle(node).visibility === "visible";
      probe.tip[isShown ? 1 : 0] += 1;
    }, 50);
  };
})();
