export interface ErrorEntry {
  /** HTTP status. */
  status: number
  /** Exit code of a command: 1 failed, 2 wrong use. */
  exit: 1 | 2
  /** For the operator: value, place, allowed range. {names} are filled from the fault's values. */
  operator: string
}

export const errorEntry =
  (status: number, exit: 1 | 2) =>
  (operator: string): ErrorEntry => ({ status, exit, operator })

export const wrongUse = errorEntry(400, 2)
/** A value that was typed. */
export const wrongValue = errorEntry(422, 2)
/** Content of a request, a file or a report that cannot be accepted. */
export const notAccepted = errorEntry(422, 1)
export const conflict = errorEntry(409, 1)
