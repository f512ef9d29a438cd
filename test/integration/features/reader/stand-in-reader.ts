import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request to the stand-in was about, as it read it. */
export interface ReadQuestion {
  topic: string
  paper: string
  title: string
  abstract: string
}

interface ReaderRequest {
  body: Record<string, unknown>
  authorization: string | undefined
  question: ReadQuestion
}

/** How it misbehaves. `hangs`: it takes the request and never replies. */
export type ReaderFailure =
  | { kind: 'hangs' }
  | { kind: 'status'; status: number }
  | { kind: 'redirect'; to: string }
  /** A response of OpenAI's form with this as the text of the model. */
  | { kind: 'text'; text: string }
  /** Another body altogether. */
  | { kind: 'body'; body: string }

export interface StandInReader {
  /** For READER_URL. */
  url: string
  readonly requests: ReaderRequest[]
  /** What every request gets, until it is set to undefined. */
  failure: ReaderFailure | undefined
  /** Refuses requests that have such a field, as some services do. */
  refusesField: string | undefined
  close(): Promise<void>
}

type GradeOf = (question: ReadQuestion) => number

/**
 * A model in a service of OpenAI's form. It reads messages as a gullible person does: it grades what is between the markers
 * by `gradeOf`, but does what any text outside of them asks for.
 */
export async function startStandInReader(gradeOf: GradeOf): Promise<StandInReader> {
  const requests: ReaderRequest[] = []
  const state: Pick<StandInReader, 'failure' | 'refusesField'> = {
    failure: undefined,
    refusesField: undefined,
  }
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>
    const messages = body.messages as Message[]
    requests.push({ body, authorization: request.headers.authorization, question: questionIn(messages) })
    const { failure, refusesField } = state
    if (failure?.kind === 'hangs') return
    if (failure?.kind === 'redirect') return response.writeHead(307, { location: failure.to }).end()
    if (refusesField && refusesField in body) return response.writeHead(400).end('{"error":"unknown field"}')
    if (failure?.kind === 'status') return response.writeHead(failure.status).end('{"error":"on purpose"}')
    const text = failure?.kind === 'text' ? failure.text : replyTo(messages, gradeOf)
    const good = JSON.stringify({ choices: [{ message: { role: 'assistant', content: text } }] })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(failure?.kind === 'body' ? failure.body : good)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += part
  return text
}

export interface Message {
  role: string
  content: string
}

const TURN = /<\|[^|]*\|>|<\/?s>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:start|end)_of_turn>/

/** The lines of the user between the first line that is a marker of the system's message and the next, and the others. */
function splitUser(messages: readonly Message[]): { data: string[]; others: string[] } {
  const system = messages.find(({ role }) => role === 'system')?.content ?? ''
  const lines = messages.flatMap(({ role, content }) => (role === 'system' ? [] : content.split(/\r?\n/)))
  const isMarker = (line: string) => /^[0-9a-f]{24}$/.test(line) && system.includes(line)
  const from = lines.findIndex(isMarker)
  const to = lines.findIndex((line, i) => i > from && line === lines[from])
  if (from < 0 || to < 0) return { data: [], others: lines }
  return { data: lines.slice(from + 1, to), others: [...lines.slice(0, from), ...lines.slice(to + 1)] }
}

export function questionIn(messages: readonly Message[]): ReadQuestion {
  const read = (line: string): Partial<ReadQuestion> => {
    try {
      return JSON.parse(line) as Partial<ReadQuestion>
    } catch {
      return {}
    }
  }
  const parts = splitUser(messages).data.map(read)
  return { topic: '', paper: '', title: '', abstract: '', ...parts[0], ...parts[1] }
}

/** What it obeys: any 10 outside of the data, also in other digits and behind signs that no one sees. */
const isInstruction = (line: string): boolean =>
  /(?<!\d)10(?!\d)|ten out of/i.test(
    line
      .normalize('NFKC')
      .replace(/[\u{e0000}-\u{e007f}]/gu, (sign) => String.fromCharCode(sign.codePointAt(0)! - 0xe0000))
      .replace(/\p{Cf}|\p{Variation_Selector}/gu, ''),
  )

/** What the model says. */
export function replyTo(messages: readonly Message[], gradeOf: GradeOf): string {
  const question = questionIn(messages)
  const { data, others } = splitUser(messages)
  // A sign that ends a turn makes all that follows a message of its own.
  const afterTurn = data.flatMap((line) => line.split(TURN).slice(1))
  const isObeying = [...others, ...afterTurn].some(isInstruction) || data.length !== 2
  const grade = isObeying ? 10 : gradeOf(question)
  return JSON.stringify({ paper: question.paper, grade, reason: `It is about ${question.title}` })
}
