import { BOUNCE_OPERATIONS } from './bounces.ts'
import { DATABASE_OPERATIONS } from './database.ts'
import { DELIVERY_OPERATIONS } from './delivery.ts'
import { DIGEST_OPERATIONS } from './digests.ts'
import { doctorCommand } from './doctor.ts'
import { HISTORY_OPERATIONS } from './history.ts'
import { exportAll, importFile, replay } from './import-export.ts'
import { MAIL_OPERATIONS } from './mail.ts'
import { MESSAGE_OPERATIONS } from './messages.ts'
import type { Operation, SetupCommand } from './operation.ts'
import { PAPER_OPERATIONS } from './papers.ts'
import { PRUNE_OPERATIONS } from './prune.ts'
import { QUERY_OPERATIONS } from './queries.ts'
import { SOURCE_OPERATIONS } from './sources.ts'
import { SUBSCRIBER_CHANGES } from './subscriber-changes.ts'
import { SUBSCRIBER_OPERATIONS } from './subscribers.ts'
import { TOPIC_OPERATIONS } from './topics.ts'

/** Descriptions of the nouns of commands. */
export const NOUNS: Record<string, string> = {
  db: 'the database',
  papers: 'papers by day',
  sources: 'where papers come from',
  queries: 'test and explain queries',
  subscribers: 'subscribers',
  topics: "a subscriber's topics",
  digests: 'digests: what was due and what was sent',
  messages: 'emails and their delivery',
  bounces: 'bounces and complaints',
  delivery: 'pause, resume and check sending',
  mail: 'check how emails are sent',
}

/** All operations, in the order of --help and docs/commands.md. */
export const OPERATIONS: readonly (Operation | SetupCommand)[] = [
  ...DATABASE_OPERATIONS,
  ...PAPER_OPERATIONS,
  ...SOURCE_OPERATIONS,
  ...QUERY_OPERATIONS,
  ...SUBSCRIBER_OPERATIONS,
  ...SUBSCRIBER_CHANGES,
  importFile,
  exportAll,
  replay,
  ...TOPIC_OPERATIONS,
  ...DIGEST_OPERATIONS,
  ...MESSAGE_OPERATIONS,
  ...BOUNCE_OPERATIONS,
  ...DELIVERY_OPERATIONS,
  ...PRUNE_OPERATIONS,
  doctorCommand,
  ...MAIL_OPERATIONS,
  ...HISTORY_OPERATIONS,
]
