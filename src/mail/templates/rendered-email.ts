import { words } from '../../i18n/words.ts'
import { asciiLine } from './one-line.ts'

/** What every template makes. */
export interface RenderedEmail {
  subject: string
  /** Absent for a subscriber who wants text alone. */
  html?: string
  text: string
}

/** What the mails of one site share. */
export interface SiteIdentity {
  name: string
  baseUrl: string
  postalAddress: string
  privacyUrl?: string
}

const MAX_IN_SUBJECT_LENGTH = 40

/** The name of the site as subjects have it: in ASCII, which cannot write every name. */
export const nameInSubject = ({ name }: Pick<SiteIdentity, 'name'>): string =>
  asciiLine(name, MAX_IN_SUBJECT_LENGTH) || words.emails.parts.unnamedSite
