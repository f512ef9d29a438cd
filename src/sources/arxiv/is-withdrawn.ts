const WITHDRAWN =
  /\b(?:paper|article|manuscript|preprint|submission|work)\b[^.]{0,40}\b(?:is|was|been|being) withdrawn\b(?! from)|^withdrawn\b/i

/** Whether the authors' comment says that the paper is withdrawn: "This paper has been withdrawn by the author". */
export const isWithdrawn = (comment: string | undefined): boolean => WITHDRAWN.test(comment ?? '')
