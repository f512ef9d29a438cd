import { parseMail } from './mail/parse-mail.ts'
import { type Report, readReport } from './reading/read-report.ts'

/** What the thread of report-reader.ts does. */
export default async (raw: Uint8Array): Promise<Report> => readReport(await parseMail(raw))
