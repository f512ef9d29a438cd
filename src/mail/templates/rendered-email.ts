import { words } from '../../i18n/words.ts'
import { asciiLine } from './one-line.ts'

/** The output of every template. */
export interface RenderedEmail {
  subject: string
  /** Absent for a subscriber who wants plain text. */
  html?: string
  text: string
}

/** The site's details in its emails. */
export interface SiteIdentity {
  name: string
  baseUrl: string
  postalAddress: string
  privacyUrl?: string
}

const MAX_IN_SUBJECT_LENGTH = 40

/** The name of the site in subjects: in ASCII, with a fallback for names that ASCII cannot write. */
export const nameInSubject = ({ name }: Pick<SiteIdentity, 'name'>): string =>
  asciiLine(name, MAX_IN_SUBJECT_LENGTH) || words.emails.parts.unnamedSite
