import type { FastifyRequest } from 'fastify'
import type { PagePart } from '../../web/page-parts.ts'
import { isLibraryOpen, NO_LIBRARY, pastedLibrary, type ShownLibrary } from './library-form.ts'

const shown = new WeakMap<FastifyRequest, Partial<ShownLibrary>>()

/** What the forms of the response to this request show of a library. Otherwise they show the text that was sent. */
export const showLibrary = (request: FastifyRequest, library: Partial<ShownLibrary> | undefined): void => {
  if (library) shown.set(request, library)
}

/** The field for a library, and above the topics what was found in it. */
export const libraryPart: PagePart = {
  templates: {
    'before-topics': new URL('offers.eta', import.meta.url),
    'after-topics': new URL('library.eta', import.meta.url),
  },
  view(request, sent) {
    const library = shown.get(request) ?? pastedLibrary(sent)
    return { ...NO_LIBRARY, learn: Boolean(sent.learn), ...library, isOpen: isLibraryOpen(library) }
  },
}
