// Each takes twenty times the memory of its text; a page has some thousands, with those that stand in its texts.
const MOST_BRACKETS = 200_000

/**
 * What a text in JSON holds; undefined where it is none, where it holds more than any page of a source, or is so deep
 * that whoever walks it runs out of stack.
 */
export function jsonIn(body: string): unknown {
  if (holdsTooMuch(body)) return undefined
  try {
    const value: unknown = JSON.parse(body)
    JSON.stringify(value) // walks it, as parsing does not
    return value
  } catch {
    return undefined
  }
}

function holdsTooMuch(body: string): boolean {
  let brackets = 0
  for (let at = 0; at < body.length; at++) if (body[at] === '{' || body[at] === '[') brackets++
  return brackets > MOST_BRACKETS
}
