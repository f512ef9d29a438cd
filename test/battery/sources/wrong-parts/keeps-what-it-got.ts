import { fetchDay as fetchRightly } from '../../../../src/sources/huggingface/huggingface-client.ts'
import type { SendRequest } from '../../../../src/sources/source.ts'

export * from '../../../../src/sources/huggingface/huggingface-client.ts'

const EMPTY = { status: 200, headers: new Headers(), body: '[]' }

/** A page that cannot be had ends the day, with the pages before it. */
export const fetchDay: typeof fetchRightly = (input) => {
  let isFirst = true
  const ask: SendRequest = async (question, read) => {
    try {
      const page = await input.request(question, read)
      isFirst = false
      return page
    } catch (error) {
      if (isFirst) throw error
      return read(EMPTY)
    }
  }
  return fetchRightly({ ...input, request: ask })
}
