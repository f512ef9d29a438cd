import { addBounceCommands } from './bounces.ts'
import type { AddCommands } from './command-line.ts'
import { addDatabaseCommands } from './database.ts'
import { addDeliveryCommands } from './delivery.ts'
import { addDigestCommands } from './digests.ts'
import { addDoctorCommand } from './doctor.ts'
import { addMailCommand } from './mail.ts'
import { addMessageCommands } from './messages.ts'
import { addPaperCommands } from './papers.ts'
import { addPruneCommand } from './prune.ts'
import { addQueryCommands } from './queries.ts'
import { addSourceCommands } from './sources.ts'
import { addSubscriberCommands } from './subscribers.ts'
import { addTopicCommands } from './topics.ts'

/** All command groups, in the order of --help and docs/commands.md. */
export const COMMAND_GROUPS: AddCommands[] = [
  addDatabaseCommands,
  addPaperCommands,
  addSourceCommands,
  addQueryCommands,
  addSubscriberCommands,
  addTopicCommands,
  addDigestCommands,
  addMessageCommands,
  addBounceCommands,
  addDeliveryCommands,
  addPruneCommand,
  addDoctorCommand,
  addMailCommand,
]
