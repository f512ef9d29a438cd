import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { FeatureSetting } from '../../config/feature-settings.ts'
import { issuesText, loginOf, type MailServer, serverOf, tlsMode, withLogin } from '../../config/mail-urls.ts'
import { failIn } from '../../config/setting-schemas.ts'
import { undefinedIfThrown } from '../../core/errors.ts'

export interface ImapConfig extends MailServer {
  folder: string
}

declare module '../../config/feature-settings.ts' {
  interface FeatureSettings {
    BOUNCE_IMAP?: ImapConfig
    BOUNCE_IMAP_USER?: string
    BOUNCE_IMAP_PASSWORD?: string
  }
}

const DESCRIPTION =
  'imaps://host:port/FOLDER or imap://host:port/FOLDER; the folder is INBOX unless named; in the query: tls'
const PASSWORD_DESCRIPTION =
  'no / ? # @ : % in a user or password but as %2F %3F %23 %40 %3A %25; better, leave both out, and set BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD, which take them as they are'

const imapUrl = z.string().transform((text, context): ImapConfig => {
  const fail = failIn(context)
  if (!/^imaps?:\/\//.test(text) || !URL.canParse(text)) return fail(DESCRIPTION)
  const url = new URL(text)
  if (url.pathname.includes('@') || url.search.includes('@')) return fail(PASSWORD_DESCRIPTION) // unencoded password
  const [login, folder] = [loginOf(url), folderOf(url)]
  if (!login) return fail(PASSWORD_DESCRIPTION)
  if (!url.hostname || url.hash || !folder) return fail(DESCRIPTION)
  const query = z.strictObject({ tls: tlsMode }).safeParse(Object.fromEntries(url.searchParams))
  if (!query.success) return fail(`${DESCRIPTION} (${issuesText(query.error)})`)
  return { ...serverOf(url, { 'imaps:': 993, 'imap:': 143 }, query.data.tls), ...login, folder }
})

const folderOf = ({ pathname }: URL): string | undefined =>
  undefinedIfThrown(() => decodeURIComponent(pathname.slice(1)) || 'INBOX')

const LOGIN = ['BOUNCE_IMAP_USER', 'BOUNCE_IMAP_PASSWORD'] as const

export const IMAP_SETTINGS: readonly FeatureSetting[] = [
  {
    name: 'BOUNCE_IMAP',
    takes: imapUrl.optional(),
    isSecret: true,
    channel: 'imap',
    faultBeside: (values) =>
      values.BOUNCE_IMAP && !values.BOUNCE_IMAP.includes('@') && !LOGIN.every((name) => values[name])
        ? { names: [...LOGIN], what: 'set both, for the mailbox of BOUNCE_IMAP' }
        : undefined,
  },
  ...LOGIN.map((name) => ({ name, takes: z.string().optional(), isSecret: true as const })),
]

/** The server with its login and folder; undefined without BOUNCE_IMAP. */
export const imapServerOf = (config: Config): ImapConfig | undefined =>
  withLogin(config.BOUNCE_IMAP, config.BOUNCE_IMAP_USER, config.BOUNCE_IMAP_PASSWORD)
