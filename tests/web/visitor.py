"""A visitor of hostile documents, as a script: it touches everything in every way."""

# Somebody who points at everything, focuses it, clicks it and types into it. A link that openly
# leads to a web page is left alone: to follow it is its reader's wish.
VISITOR = """(root) => {
  const kinds = ["mousedown","mouseup","mouseover","mouseenter","mousemove","mouseout","dblclick",
    "pointerdown","pointerover","pointerenter","keydown","keyup","keypress","input","copy",
    "contextmenu","wheel","touchstart","dragstart","auxclick","selectstart"];
  const all = [...root.querySelectorAll("*")];
  for (const element of all) {
    for (const kind of kinds) {
      element.dispatchEvent(new Event(kind, { bubbles: true, cancelable: true }));
    }
    element.focus?.(); element.blur?.();
    const link = element.closest?.("a, area");
    const leads = link?.getAttribute("href") ?? "";
    if (/^\\s*(https?:|mailto:|tel:|\\/)/i.test(leads)) continue;
    if (link?.target === "_blank" && leads.startsWith("#")) continue;
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
  return all.length;
}"""
# The same in all frames into which the page around them can reach; how many that were.
VISITS = f"""() => {{
  const visit = {VISITOR};
  let visited = 0;
  for (const frame of document.querySelectorAll("iframe")) {{
    try {{
      if (!frame.contentDocument.body) continue;
      visited++;
      visit(frame.contentDocument);
    }} catch {{}}
  }}
  return visited;
}}"""
