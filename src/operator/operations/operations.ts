import type { Feature } from '../../core/feature.ts'
import type { CommandWithoutDeps, Operation } from './operation.ts'

export type AnyOperation = Operation | CommandWithoutDeps

interface Noun {
  /** What its commands are about; of a command without a verb, what it does. */
  summary: string
  isCommand?: true
  /** All operations; or only those of the files in which `verb` is, if they are not the noun's. */
  read(verb?: string): Promise<readonly AnyOperation[]>
}

/** A noun of a feature, listed after another one. */
interface FeatureNoun extends Noun {
  noun: string
  after: string
}

/** Operations that a feature adds to a noun of the core. One of them is read without the noun's own. */
interface FeatureVerbs {
  noun: string
  verbs: readonly string[]
  read(): Promise<readonly AnyOperation[]>
}

declare module '../../core/feature.ts' {
  interface Feature {
    /** Commands, API routes and forms, beside those of NOUNS. */
    operations?: readonly (FeatureNoun | FeatureVerbs)[]
  }
}

const noun = (summary: string, read: Noun['read']): Noun => ({ summary, read })

/** The core's commands by their noun, in the order of --help and docs/cli.md. Files are read when they are needed. */
const NOUNS: Readonly<Record<string, Noun>> = {
  setup: {
    summary: 'ask what cannot be guessed, write .env, check everything and send a test email',
    isCommand: true,
    read: async () => (await import('./setup.ts')).SETUP_OPERATIONS,
  },
  db: noun('the database', async () => (await import('./database.ts')).DATABASE_OPERATIONS),
  papers: noun('papers by day', async () => (await import('./papers.ts')).PAPER_OPERATIONS),
  sources: noun('where papers come from', async () => (await import('./sources.ts')).SOURCE_OPERATIONS),
  queries: noun('test and explain queries', async () => (await import('./queries.ts')).QUERY_OPERATIONS),
  subscribers: noun('subscribers', async () => {
    const { SUBSCRIBER_OPERATIONS } = await import('./subscribers.ts')
    const { SUBSCRIBER_CHANGES } = await import('./subscriber-changes.ts')
    const { replay } = await import('./replay.ts')
    return [...SUBSCRIBER_OPERATIONS, ...SUBSCRIBER_CHANGES, replay]
  }),
  topics: noun(
    "a subscriber's topics",
    async () => (await import('./subscriber-changes.ts')).TOPIC_OPERATIONS,
  ),
  digests: noun(
    'digests: what was due and what was sent',
    async () => (await import('./digests.ts')).DIGEST_OPERATIONS,
  ),
  messages: noun('emails and their delivery', async () => (await import('./messages.ts')).MESSAGE_OPERATIONS),
  bounces: noun('bounces and complaints', async () => (await import('./bounces.ts')).BOUNCE_OPERATIONS),
  delivery: noun(
    'pause, resume and check sending',
    async () => (await import('./delivery.ts')).DELIVERY_OPERATIONS,
  ),
  prune: {
    summary:
      'delete data older than KEEP_DAYS and sign-ups that were never confirmed; the service does this every night',
    isCommand: true,
    read: async () => (await import('./prune.ts')).PRUNE_OPERATIONS,
  },
  mail: noun('check how emails are sent', async () => (await import('./mail.ts')).MAIL_OPERATIONS),
}

/** The commands of the core and the features by their noun, in the order of --help and docs/cli.md. */
export function nounsOf(features: readonly Feature[]): Readonly<Record<string, Noun>> {
  const added = features.flatMap(({ operations = [] }) => operations)
  const own = added.filter((one) => 'after' in one)
  const verbs = added.filter((one) => 'verbs' in one)
  const all = Object.entries(NOUNS).flatMap(([name, noun]) => {
    const itsVerbs = verbs.filter((one) => one.noun === name)
    const following = own.filter(({ after }) => after === name)
    return [[name, withVerbs(noun, itsVerbs)] as const, ...following.map((one) => [one.noun, one] as const)]
  })
  return Object.fromEntries(all)
}

const withVerbs = (noun: Noun, added: readonly FeatureVerbs[]): Noun => ({
  ...noun,
  read: async (verb) => {
    const own = added.filter(({ verbs }) => verb !== undefined && verbs.includes(verb))
    const readers = own.length > 0 ? own : [noun, ...added]
    return (await Promise.all(readers.map((one) => one.read()))).flat()
  },
})

/** All operations, in the order of --help and docs/cli.md; last, what only the API has. */
export async function readOperations(features: readonly Feature[]): Promise<readonly AnyOperation[]> {
  const commands = await Promise.all(Object.values(nounsOf(features)).map((noun) => noun.read()))
  return [...commands.flat(), ...(await import('./history.ts')).HISTORY_OPERATIONS]
}
