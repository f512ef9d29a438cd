import {
  type BounceReading,
  readBounceText as readRightly,
} from '../../../../src/bounces/reading/read-bounce-text.ts'

export * from '../../../../src/bounces/reading/read-bounce-text.ts'

let last: string | null = null

/** Where a report names nobody, it is taken to go on about whom was named last. */
export async function readBounceText(input: string | Uint8Array): Promise<BounceReading> {
  const read = await readRightly(input)
  const returned = read.bounces.map((one) => {
    last = one.recipient ?? last
    return { ...one, recipient: last }
  })
  return { ...read, bounces: returned }
}
