/** A computation in short steps, with its result. Between two steps the caller may do something else. */
export type Steps<T> = Generator<void, T>

/** Runs all steps at once. */
export function runToEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
