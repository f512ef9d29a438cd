/** Work in short steps, between which its caller may do something else, and what it comes to. */
export type Steps<T> = Generator<void, T>

/** Takes all steps at once. */
export function runToEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
