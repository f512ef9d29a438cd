import { parseMail } from './mail/parse-mail.ts'
import { type ParsedReport, parseReport } from './reading/parse-report.ts'

/** Runs in the thread of report-reader.ts. */
export default async (raw: Uint8Array): Promise<ParsedReport> => parseReport(await parseMail(raw))
