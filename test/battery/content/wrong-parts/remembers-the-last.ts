import { type Read, readReturn as readRightly } from '../../../../src/bounces/read-return.ts'

export * from '../../../../src/bounces/read-return.ts'

let last: string | null = null

/** Where a report names nobody, it is taken to go on about whom was named last. */
export function readReturn(text: string): Read {
  const read = readRightly(text)
  const returned = read.returned.map((one) => {
    last = one.recipient ?? last
    return { ...one, recipient: last }
  })
  return { ...read, returned }
}
