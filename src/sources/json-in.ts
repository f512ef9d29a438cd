/** No page of a source has a hundredth of them. */
export const MOST_ENTRIES = 10_000

/** What a text in JSON holds; undefined where it is none, or so deep that whoever walks it runs out of stack. */
export function jsonIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    JSON.stringify(value) // walks it, as parsing does not
    return value
  } catch {
    return undefined
  }
}
