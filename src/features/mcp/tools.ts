import { OWN_TOOLS } from './own-tools.ts'
import { PAPER_TOOLS } from './paper-tools.ts'
import { previewTopic } from './preview-tool.ts'
import { proposeTopicChange } from './proposal-tool.ts'
import type { CallableTool } from './tool.ts'

// The order is part of the interface: clients and models keep the list.

/** For everyone. */
export const TOOLS: readonly CallableTool[] = [...PAPER_TOOLS, previewTopic]

/** For the holder of a token. */
export const ALL_TOOLS: readonly CallableTool[] = [...TOOLS, ...OWN_TOOLS, proposeTopicChange]
