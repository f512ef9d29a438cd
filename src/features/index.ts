import type { Feature } from '../core/feature.ts'
import { alerts } from './alerts/index.ts'
import { channels } from './channels/index.ts'
import { citeLists } from './cite-lists/index.ts'
import { doctor } from './doctor/index.ts'
import { explain } from './explain/index.ts'
import { imap } from './imap/index.ts'
import { importExport } from './import-export/index.ts'
import { kept } from './kept/index.ts'
import { library } from './library/index.ts'
import { mcp } from './mcp/index.ts'
import { oidc } from './oidc/index.ts'
import { reader } from './reader/index.ts'
import { shareImages } from './share-images/index.ts'
import { topicPages } from './topic-pages/index.ts'

/** Loaded by every command and process, so a feature's index.ts imports its other files only when they are needed. */
export const FEATURES: readonly Feature[] = [
  alerts,
  channels,
  citeLists,
  doctor,
  explain,
  imap,
  importExport,
  kept,
  library,
  mcp,
  oidc,
  reader,
  shareImages,
  topicPages,
]
