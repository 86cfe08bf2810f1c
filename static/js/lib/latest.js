// Answers that come in another order than they were asked for.

/**
 * Return a function that does `work` and returns its result, null where it has been called again
 * meanwhile: an answer to an earlier question never takes the place of a later one.
 */
export function latest(work) {
  let turn = 0;
  return async (...given) => {
    turn += 1;
    const mine = turn;
    const found = await work(...given);
    return mine === turn ? found : null;
  };
}
