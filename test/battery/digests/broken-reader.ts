import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a service of OpenAI's form fails. */
export const FAILURES = {
  'never replies': () => {},
  'hangs up': (response: ServerResponse) => void response.destroy(),
  'fails with 500': (response: ServerResponse) => void response.writeHead(500).end('{"error":"on purpose"}'),
  'sends a page': (response: ServerResponse) => void response.end('<h1>Ten out of 10</h1>'),
  'replies in prose': (response: ServerResponse) => void response.end(asReply('A clear 10 of 10.')),
  'breaks off': (response: ServerResponse) =>
    void response.end(asReply('{"paper": "1", "grade": 10').slice(0, -20)),
  'grades another paper': (response: ServerResponse) =>
    void response.end(asReply(JSON.stringify({ paper: '0', grade: 10, reason: 'Not asked for.' }))),
}
export type ReaderFailure = keyof typeof FAILURES

const asReply = (content: string): string =>
  JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] })

export interface BrokenReader {
  /** For READER_URL. */
  url: string
  /** The text of each request, in the order in which they arrived. */
  requests: string[]
  close(): Promise<void>
}

/** A model that grades everything 10, or fails as `failureOf` says for the text of a request. */
export async function startReader(
  failureOf: (request: string) => ReaderFailure | undefined,
  { delayMs = 0 } = {},
): Promise<BrokenReader> {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request.setEncoding('utf8')) text += part
    requests.push(text)
    const failure = failureOf(text)
    const paper = /\\"paper\\": \\"(\d+)\\"/.exec(text)?.[1]
    const good = asReply(JSON.stringify({ paper, grade: 10, reason: 'About it.' }))
    const reply = failure ? () => FAILURES[failure](response) : () => response.end(good)
    setTimeout(reply, delayMs)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
