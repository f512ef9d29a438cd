import { parseMail } from './parse-mail.ts'
import type { ReturnedMail } from './returned-mail.ts'

/** What the thread of parse-apart.ts does. */
export default (raw: Uint8Array): Promise<ReturnedMail> => parseMail(raw)
