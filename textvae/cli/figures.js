
"use strict";
// Hovering. data.tips is a list of lists of lines; data.plots maps the id of an <svg> to its points:
// {x: [...], y: [...], tip: [...], by: "xy"} or {x, y, tip, by: "x", top, bottom}, in the units of its
// viewBox. The nearest point (within reach, or along x) is marked in every plot that shows the same tip, by a ring,
// along x by an upright line too, and its lines are shown as plain text. A plot with tabindex="0" is walked with the arrow keys.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const plots = Object.entries(data.plots || {}).map(([id, plot]) => ({ svg: document.getElementById(id), ...plot }));
  if (!plots.length) return;
  const REACH = 22;
  const card = document.createElement("div");
  card.className = "tip";
  card.setAttribute("role", "status");
  document.body.append(card);

  for (const plot of plots) {
    plot.mark = document.createElementNS("http://www.w3.org/2000/svg", "path");
    plot.mark.setAttribute("class", "mark");
    plot.svg.append(plot.mark);
    plot.where = new Map(plot.tip.map((tip, point) => [tip, point]));
  }

  const place = (plot, event) => {
    const seen = plot.svg.getScreenCTM().inverse();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(seen);
  };

  const nearest = (plot, at) => {
    let best = -1, least = plot.by === "x" ? Infinity : REACH * REACH;
    for (let i = 0; i < plot.x.length; i++) {
      const dx = plot.x[i] - at.x, dy = (plot.y[i] - at.y) * (plot.by === "x" ? 0.03 : 1), d = dx * dx + dy * dy;
      if (d < least) { least = d; best = i; }
    }
    return best;
  };

  const hide = () => {
    card.classList.remove("on");
    for (const plot of plots) plot.mark.classList.remove("on");
  };

  const show = (plot, point, x, y) => {
    if (point < 0) return hide();
    const tip = plot.tip[point];
    card.replaceChildren(...data.tips[tip].map((line, i) => {
      const row = document.createElement("div");
      row.textContent = line;
      if (i) row.className = "quiet";
      return row;
    }));
    for (const other of plots) {
      const i = other === plot ? point : other.where.get(tip);
      other.mark.classList.toggle("on", i !== undefined);
      if (i === undefined) continue;
      const x = other.x[i], y = other.y[i];
      const upright = other.by === "x" ? `M${x} ${other.top}V${y - 6}M${x} ${y + 6}V${other.bottom}` : "";
      other.mark.setAttribute("d", `M${x - 6} ${y}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0${upright}`);
    }
    card.classList.add("on");
    const box = card.getBoundingClientRect();
    const left = x + 14 + box.width > innerWidth ? x - 14 - box.width : x + 14;
    const top = y + 14 + box.height > innerHeight ? y - 14 - box.height : y + 14;
    card.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  };

  for (const plot of plots) {
    let current = -1;
    plot.svg.addEventListener("pointermove", (event) => {
      current = nearest(plot, place(plot, event));
      show(plot, current, event.clientX, event.clientY);
    });
    plot.svg.addEventListener("pointerleave", hide);
    plot.svg.addEventListener("blur", hide);
    plot.svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") return hide();
      if (!step) return;
      event.preventDefault();
      current = Math.min(plot.x.length - 1, Math.max(0, current + step));
      const at = new DOMPoint(plot.x[current], plot.y[current]).matrixTransform(plot.svg.getScreenCTM());
      show(plot, current, at.x, at.y);
    });
  }
})();
