import { parseMail } from './mail/parse-mail.ts'
import { type ParsedReport, parseReport } from './reading/parse-report.ts'

/** What the thread of report-reader.ts does. */
export default async (raw: Uint8Array): Promise<ParsedReport> => parseReport(await parseMail(raw))
