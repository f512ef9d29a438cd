/** A thread that never replies. */
export default (): never => {
  for (;;);
}
