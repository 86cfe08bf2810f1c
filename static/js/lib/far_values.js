// Values far beyond an axis. The coordinates of a drawing are 32-bit floats: a run of 1e308 on an
// axis of 0 to 1 would be refused by the browser. Pure.

// How many times the length of its axis a value may lie beyond it.
const MOST_LENGTHS = 1e6;
// What an axis can hold: Plotly leaves larger numbers out of the range that it finds.
const MOST = 1e304;

/** `traces` with the values that lie too far beyond the linear axes of `layout` moved nearer; they
 * stay beyond. */
export function moveNearer(traces, layout) {
  return traces.map((trace) => {
    const moved = {};
    for (const letter of ["x", "y"]) {
      const limits = limitsOf(layout[axisOf(trace, letter)]);
      const values = limits && trace[letter];
      if (values?.some?.((value) => isBeyond(value, limits)))
        moved[letter] = Array.from(values, (value) => into(value, limits));
    }
    return { ...trace, ...moved };
  });
}

/** The name in the layout of an axis: `y2` of a trace is `yaxis2`. */
const axisOf = (trace, letter) =>
  (trace[`${letter}axis`] ?? letter).replace(letter, `${letter}axis`);

function limitsOf(axis) {
  if (axis?.type !== "linear") return null;
  if (!axis.range) return [-MOST, MOST];
  const [low, high] = axis.range;
  const most = (high - low) * MOST_LENGTHS;
  return [Math.max(-MOST, low - most), Math.min(MOST, high + most)];
}

const isBeyond = (value, [low, high]) => Number.isFinite(value) && (value < low || value > high);

const into = (value, [low, high]) =>
  Number.isFinite(value) ? Math.max(low, Math.min(high, value)) : value;
