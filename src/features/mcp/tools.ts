import { PAPER_TOOLS } from './paper-tools.ts'
import { previewTopic } from './preview-tool.ts'
import type { CallableTool } from './tool.ts'

/** The order is part of the interface: clients and models keep the list. */
export const TOOLS: readonly CallableTool[] = [...PAPER_TOOLS, previewTopic]
