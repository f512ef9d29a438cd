import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Day } from '../../src/core/dates.ts'
import { answerFor } from './sample-papers.ts'

export interface SampleSource {
  url: string
  /** Shows days up to this one; later days answer as empty. */
  showUpTo(day: Day): void
  stop(): Promise<void>
}

/** Answers as Hugging Face's API of daily papers does, with the sample papers: on 127.0.0.1 unless told otherwise. */
export async function startSampleSource(
  today: Day,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<SampleSource> {
  let newest = today
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const day = searchParams.get('date') ?? today
    const page = Number(searchParams.get('p') ?? 0)
    const limit = Number(searchParams.get('limit') ?? 50)
    const papers = day > newest ? [] : answerFor(day, today)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(papers.slice(page * limit, (page + 1) * limit)))
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    showUpTo: (day) => {
      newest = day
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
