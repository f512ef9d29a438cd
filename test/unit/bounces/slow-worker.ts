/** A thread that never answers. */
export default (): never => {
  for (;;);
}
