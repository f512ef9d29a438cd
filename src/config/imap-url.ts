import { z } from 'zod'
import { oneOf } from './setting-schemas.ts'
import { isLoopback, issuesText, loginOf } from './smtp-url.ts'

const DESCRIPTION =
  'imaps://host:port/FOLDER or imap://host:port/FOLDER; the folder is INBOX unless named; in the query: tls'
const PASSWORD_DESCRIPTION =
  'no / ? # @ : % in a user or password but as %2F %3F %23 %40 %3A %25; better, leave both out, and set BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD, which take them as they are'

/** The settings in BOUNCE_IMAP. */
export interface ImapConfig {
  host: string
  port: number
  /** TLS from the first byte (imaps). */
  implicitTls: boolean
  folder: string
  user?: string
  password?: string
  /** As in SMTP_URL: require accepts any certificate; any also accepts a connection without TLS. */
  tls: 'require' | 'verify' | 'any' | 'off'
}

const imapQuery = z.strictObject({ tls: oneOf('require', 'verify', 'any', 'off').optional() })

export const imapUrl = z.string().transform((text, context): ImapConfig => {
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (!/^imaps?:\/\//.test(text) || !URL.canParse(text)) return fail(DESCRIPTION)
  const url = new URL(text)
  if (url.pathname.includes('@') || url.search.includes('@')) return fail(PASSWORD_DESCRIPTION) // unencoded password
  const [login, folder] = [loginOf(url), folderOf(url)]
  if (!login) return fail(PASSWORD_DESCRIPTION)
  if (!url.hostname || url.hash || !folder) return fail(DESCRIPTION)
  const query = imapQuery.safeParse(Object.fromEntries(url.searchParams))
  if (!query.success) return fail(`${DESCRIPTION} (${issuesText(query.error)})`)
  const implicitTls = url.protocol === 'imaps:'
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (implicitTls ? 993 : 143),
    implicitTls,
    folder,
    ...login,
    tls: query.data.tls ?? (isLoopback(url.hostname) ? 'any' : 'verify'),
  }
})

function folderOf({ pathname }: URL): string | undefined {
  try {
    return decodeURIComponent(pathname.slice(1)) || 'INBOX'
  } catch {
    return undefined
  }
}
