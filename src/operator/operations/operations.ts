import type { Operation, SetupCommand } from './operation.ts'

export type AnyOperation = Operation | SetupCommand

interface Noun {
  /** What its commands are about; of a command without a verb, what it does. */
  summary: string
  isCommand?: true
  read(): Promise<readonly AnyOperation[]>
}

/** All commands by their noun, in the order of --help and docs/cli.md. Files are read when they are needed. */
export const NOUNS: Readonly<Record<string, Noun>> = {
  db: {
    summary: 'the database',
    read: async () => (await import('./database.ts')).DATABASE_OPERATIONS,
  },
  papers: {
    summary: 'papers by day',
    read: async () => (await import('./papers.ts')).PAPER_OPERATIONS,
  },
  sources: {
    summary: 'where papers come from',
    read: async () => (await import('./sources.ts')).SOURCE_OPERATIONS,
  },
  queries: {
    summary: 'test and explain queries',
    read: async () => (await import('./queries.ts')).QUERY_OPERATIONS,
  },
  subscribers: {
    summary: 'subscribers',
    read: async () => {
      const { SUBSCRIBER_OPERATIONS } = await import('./subscribers.ts')
      const { SUBSCRIBER_CHANGES } = await import('./subscriber-changes.ts')
      const { importFile, exportAll, replay } = await import('./import-export.ts')
      return [...SUBSCRIBER_OPERATIONS, ...SUBSCRIBER_CHANGES, importFile, exportAll, replay]
    },
  },
  topics: {
    summary: "a subscriber's topics",
    read: async () => (await import('./topics.ts')).TOPIC_OPERATIONS,
  },
  digests: {
    summary: 'digests: what was due and what was sent',
    read: async () => (await import('./digests.ts')).DIGEST_OPERATIONS,
  },
  messages: {
    summary: 'emails and their delivery',
    read: async () => (await import('./messages.ts')).MESSAGE_OPERATIONS,
  },
  bounces: {
    summary: 'bounces and complaints',
    read: async () => (await import('./bounces.ts')).BOUNCE_OPERATIONS,
  },
  delivery: {
    summary: 'pause, resume and check sending',
    read: async () => (await import('./delivery.ts')).DELIVERY_OPERATIONS,
  },
  prune: {
    summary:
      'delete data older than KEEP_DAYS and sign-ups that were never confirmed; the service does this every night',
    isCommand: true,
    read: async () => (await import('./prune.ts')).PRUNE_OPERATIONS,
  },
  doctor: {
    summary: 'find what keeps the service from working, with the fix; exit code 1 if something is wrong',
    isCommand: true,
    read: async () => [(await import('./doctor.ts')).doctorCommand],
  },
  mail: {
    summary: 'check how emails are sent',
    read: async () => (await import('./mail.ts')).MAIL_OPERATIONS,
  },
}

/** All operations, in the order of --help and docs/cli.md; last, what only the API has. */
export async function readOperations(): Promise<readonly AnyOperation[]> {
  const commands = await Promise.all(Object.values(NOUNS).map((noun) => noun.read()))
  return [...commands.flat(), ...(await import('./history.ts')).HISTORY_OPERATIONS]
}
