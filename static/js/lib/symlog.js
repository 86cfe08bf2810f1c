// A logarithmic scale that has room for zero and negative numbers. Pure.

const LINEAR = 1e-3;

/** sign(v) · log10(1 + |v| / c): straight near zero, logarithmic far from it. */
export function symlog(value) {
  return Math.sign(value) * Math.log10(1 + Math.abs(value) / LINEAR);
}

/** Axis settings `{tickvals, ticktext}` for values already passed through `symlog`. */
export function symlogTicks(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const powers = [];
  for (let power = -2; power <= 18; power += 1) powers.push(10 ** power);
  const all = [...powers.map((value) => -value).reverse(), 0, ...powers];
  const inside = all.filter((value) => value >= low * 1.2 && value <= high * 1.2);
  const shown =
    inside.length > 9 ? inside.filter((value, i) => value === 0 || i % 2 === 0) : inside;
  return { tickvals: shown.map(symlog), ticktext: shown.map(short) };
}

function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e4 || size < 0.01 ? value.toExponential(0).replace("e+", "e") : String(value);
}
