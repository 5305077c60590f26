/** Thrown by a tool whose look-up succeeded and found nothing; answered like Scale's 404. */
export class NothingFound extends Error {
  override name = 'NothingFound';
}
