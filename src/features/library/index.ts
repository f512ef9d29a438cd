import type { Feature } from '../../core/feature.ts'

/** Topics proposed from a library of references, as BibTeX, RIS, CSL-JSON or text, in the forms to sign up and to manage. */
export const library: Feature = {
  name: 'library',
  routes: [
    { area: 'site', read: async () => (await import('./library-routes.ts')).signupLibraryRoute },
    { area: 'manage', read: async () => (await import('./library-routes.ts')).manageLibraryRoute },
  ],
  pageParts: [{ fields: ['library'], read: async () => (await import('./library-part.ts')).libraryPart }],
  errors: async () => (await import('./library-errors.ts')).libraryErrors,
}
