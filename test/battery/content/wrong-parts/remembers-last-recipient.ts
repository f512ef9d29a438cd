import {
  type BounceReading,
  readBounceText as readRightly,
} from '../../../../src/bounces/reading/read-bounce-text.ts'

export * from '../../../../src/bounces/reading/read-bounce-text.ts'

let last: string | null = null

/** A report that names no recipient is taken to be about the last one that was named. */
export async function readBounceText(input: string | Uint8Array): Promise<BounceReading> {
  const read = await readRightly(input)
  const returned = read.bounces.map((one) => {
    last = one.recipient ?? last
    return { ...one, recipient: last }
  })
  return { ...read, bounces: returned }
}
