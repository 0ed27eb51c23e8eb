(js, wasm) => {
  const waiting = [];
  const one = async (mod, element) => {
    const island = mod[element.dataset.component];
    if (!island) return console.warn("no island", element.dataset.component);
    waiting[waiting.length - 1]?.();
    await island(element);
  };
  const all = async (mod, node) => {
    const tag = node.localName;
    if (tag === "leptos-island") await one(mod, node);
    if (tag === "leptos-children") waiting.push(node.$$on_hydrate);
    for (const child of [...node.children]) await all(mod, child);
    if (tag === "leptos-children") waiting.pop();
  };
  const idle = window.requestIdleCallback ?? ((run) => run());
  idle(async () => {
    const mod = await import(js);
    await mod.default({ module_or_path: wasm });
    mod.hydrate();
    await all(mod, document.body);
  });
}
