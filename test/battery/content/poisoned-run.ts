import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { changeByLink } from '../../../src/account/change-by-link.ts'
import { editedTopic } from '../../../src/account/form-changes.ts'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { FieldFaults } from '../../../src/core/errors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { type DayTotals, dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import type { StoredTopic } from '../../../src/subscribers/topic.repo.ts'
import { faultsOfBytes } from '../../support/built-emails.ts'
import { importPeople } from '../../support/import-people.ts'
import { runProgram } from '../../support/processes.ts'
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import { type Bench, exitOf, withBench } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { POISONS, REFUSED_AT_SIGNUP } from './poison.ts'
import { importedPapers, responsePapers } from './poison-papers.ts'

const DATE = '2026-11-24'
const JOINED = new Date('2026-11-23T12:00:00Z')
const PLANNED = new Date(`${DATE}T08:05:00Z`)
const DELIVERED = `${DATE}T08:10:00Z`
/** Beyond the twenty hours within which a digest can be planned, and before the next one is due. */
const TOO_LATE = '2026-11-25T04:30:00Z'
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const MAX_TRIES = 5
const MAX_HTML_BYTES = 95_000

export interface Poisoned extends PoisonPlan {
  /** Other subscribers whose email did not arrive exactly once, or is not recorded as accepted. */
  notSent: number
  /** Poisoned messages and digests with a wrong end: "what: how". */
  wrongEnds: string[]
  /** Sign-ups that were accepted and must be refused. */
  letIn: number
  /** Faults of emails that arrived: forbidden bytes, HTML parts of 95 kB or more. */
  mailFaults: string[]
  largestHtml: number
  totals: DayTotals
  balanced: boolean
  workerCode: number | null
  workerMegabytes: number
  plannerMegabytes: number
}

export interface PoisonPlan {
  others: number
  poisons: number
  /** The size of the longest abstracts. */
  megabytes: number
}

/** Papers and subscribers that break things, among many who must not be affected. */
export function runPoisoned(
  plan: PoisonPlan,
  parts: { plan?: WrongPart; deliver?: WrongPart } = {},
): Promise<Poisoned> {
  return withBench({ emails: 0, connections: 4 }, async (bench) => {
    const sink = await startSmtpSink()
    const source = await startSource(plan.megabytes)
    const settings = {
      ...bench.settings,
      SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=4`,
      HF_URL: source.url,
      CLOCK_NOW: DELIVERED,
      LEASE_SECONDS: '45',
      LEASE_RENEW_SECONDS: '10',
    }
    const clock = stoppedClock(JOINED)
    const { deps, close } = await buildDeps(readConfig(settings), { clock, log: silentLog, connections: 4 })
    try {
      return await poisonedOn({
        bench,
        deps,
        settings,
        sink,
        plan,
        parts,
        atPlanning: () => clock.moveTo(PLANNED),
      })
    } finally {
      await close()
      await source.stop()
      await sink.close()
    }
  })
}

interface Stage {
  bench: Bench
  deps: Deps
  settings: Record<string, string>
  sink: SmtpSink
  plan: PoisonPlan
  parts: { plan?: WrongPart; deliver?: WrongPart }
  atPlanning(): void
}

async function poisonedOn(stage: Stage): Promise<Poisoned> {
  const { bench, deps, settings, sink, plan, parts } = stage
  await addOthers(deps, bench.folder, plan.others)
  const victims = await addVictims(deps, plan.poisons)
  const letIn = await knock(deps)
  stage.atPlanning()
  await importPapers(deps, { text: JSON.stringify(importedPapers(plan.megabytes)), day: DATE })
  const first = await runPlanner(settings, PLANNED.toISOString(), parts.plan)
  await spoil(deps, victims)
  const worker = bench.begin(programWith(parts.deliver, 'test/battery/bench/composing-worker.ts'), settings)
  const lines: string[] = []
  worker.stdout!.on('data', (data) => lines.push(...String(data).trim().split('\n')))
  const workerCode = await exitOf(worker)
  const late = await runPlanner(settings, TOO_LATE, parts.plan)
  const kept = await dayTotals(deps.db, DATE)
  return {
    ...plan,
    ...(await fates(deps, { victims, others: plan.others, sink })),
    letIn,
    totals: kept,
    balanced: isReconciled(kept) && kept.due === plan.others + plan.poisons,
    workerCode,
    workerMegabytes: Number(lines.at(-1)),
    plannerMegabytes: Math.max(first.megabytes, late.megabytes),
  }
}

async function addOthers(deps: Deps, folder: string, count: number): Promise<void> {
  const topics = ['attention', 'attention OR robots', '"attention"', 'title:attention']
  const rows = Array.from(
    { length: count },
    (_, n) =>
      `other-${n}@y.example,active,"${topics[n % topics.length]!.replaceAll('"', '""')}",8,UTC,"${EVERY_DAY}"`,
  )
  const file = join(folder, 'others.csv')
  writeFileSync(file, ['email,state,topics,hour,zone,days', ...rows].join('\n'))
  await importPeople(deps, file)
}

interface Victim {
  what: string
  address: string
  subscriberId: string
}

async function addVictims(deps: Deps, count: number): Promise<Victim[]> {
  const kinds = Object.keys(POISONS)
  const victims: Victim[] = []
  for (let n = 0; n < count; n++) victims.push(await addVictim(deps, kinds[n % kinds.length]!, n))
  return victims
}

async function addVictim(deps: Deps, what: string, n: number): Promise<Victim> {
  const { topic, name, before } = POISONS[what]!
  const address = `poison-${n}@y.example`
  const typed = { zone: 'UTC', hour: '8', days: EVERY_DAY, consent: 'for these tests' }
  await addSubscriber(deps, { ...typed, email: address, topics: [topic?.(n) ?? 'attention'] })
  const { id, epoch } = await deps.db.subscriber.findFirstOrThrow({ where: { address } })
  const link = { purpose: 'manage', id, epoch, issuedAt: deps.clock.now() } as const
  if (name !== undefined) {
    const token = signLink(link, deps.config.APP_SECRET[0]!)
    await changeByLink(deps, token, (held) => {
      const [{ id, query }] = held.topics as [StoredTopic]
      return editedTopic({ id, query, name }, held)
    })
  }
  await before?.(deps.db, id)
  return { what, address, subscriberId: id }
}

/** How many sign-ups were accepted that must be refused. */
async function knock(deps: Deps): Promise<number> {
  let letIn = 0
  for (const { email = 'knock@y.example', topic = 'attention' } of REFUSED_AT_SIGNUP) {
    try {
      await addSubscriber(deps, { email, topics: [topic], consent: 'for these tests' })
      letIn++
    } catch (error) {
      if (!(error instanceof FieldFaults)) throw error
    }
  }
  return letIn
}

/** Its peak memory; infinite if it failed. */
async function runPlanner(
  settings: Record<string, string>,
  now: string,
  part: WrongPart | undefined,
): Promise<{ megabytes: number }> {
  const { CLOCK_NOW: _, ...others } = settings
  const program = programWith(part, 'test/battery/bench/planning-worker.ts')
  const { code, stdout } = await runProgram([...program, now, '--ingest'], { ...others, LOG_LEVEL: 'fatal' })
  const megabytes = code === 0 ? Number(stdout.trim().split('\n').at(-1)) : Number.POSITIVE_INFINITY
  return { megabytes }
}

async function spoil({ db }: Deps, victims: Victim[]): Promise<void> {
  const messages = await db.message.findMany({ where: { kind: 'digest' } })
  const bySubscriber = new Map(messages.map((message) => [message.subscriberId, message]))
  for (const { what, subscriberId } of victims) {
    const message = bySubscriber.get(subscriberId)
    if (message)
      await POISONS[what]!.spoil?.(db, { subscriberId, messageId: message.id, digestId: message.digestId! })
  }
}

async function fates(
  { db }: Deps,
  { victims, others, sink }: { victims: Victim[]; others: number; sink: SmtpSink },
) {
  const digests = await db.digest.findMany({
    where: { localDate: new Date(`${DATE}T00:00:00Z`) },
    include: { message: true, subscriber: true },
  })
  const arrived = Map.groupBy(sink.accepted, ({ to }) => to)
  const byId = new Map(digests.map((digest) => [digest.subscriberId, digest]))
  const sent = digests.filter(
    ({ message, subscriber }) =>
      subscriber.address?.startsWith('other-') &&
      message?.state === 'accepted' &&
      arrived.get(subscriber.address)?.length === 1,
  )
  const wrongEnds = victims.flatMap(({ what, address, subscriberId }) => {
    const { outcome, message } = byId.get(subscriberId) ?? { outcome: 'no digest', message: null }
    const end = outcome === 'planned' ? (message?.state ?? 'no message') : outcome
    const came = arrived.get(address)?.length ?? 0
    const { ends } = POISONS[what]!
    const isRight = end === ends && came === (ends === 'accepted' ? 1 : 0)
    const isReasoned = message?.state !== 'refused' || message.reason !== null
    const isShort = (message?.attempts ?? 0) <= MAX_TRIES
    return isRight && isReasoned && isShort
      ? []
      : [`${what}: ${end}, ${message?.attempts ?? 0} tries, ${came} arrived`]
  })
  const sizes = sink.accepted.map(({ text }) => htmlBytes(text))
  return {
    notSent: others - sent.length,
    wrongEnds,
    mailFaults: [
      ...sink.accepted.flatMap(({ text }) => faultsOfBytes(Buffer.from(text, 'latin1'))),
      ...sizes.filter((bytes) => bytes >= MAX_HTML_BYTES).map((bytes) => `an HTML part of ${bytes} bytes`),
    ],
    largestHtml: Math.max(0, ...sizes),
  }
}

function htmlBytes(text: string): number {
  const at = text.indexOf('Content-Type: text/html')
  return at < 0 ? 0 : text.length - at
}

/** Responds with the papers of one day, and an empty list for every other. */
async function startSource(megabytes: number): Promise<{ url: string; stop(): Promise<void> }> {
  const body = JSON.stringify(responsePapers(megabytes))
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    const isTheDay = query.get('date') === DATE && Number(query.get('p') ?? 0) === 0
    response.setHeader('content-type', 'application/json')
    response.end(isTheDay ? body : '[]')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}
