/**
 * Five groups of five letters and digits, as a product key is written (Microsoft, "ProductKey", Unattended reference); in
 * capitals two of them are taken for a part of one.
 */
const productKey = /(?<![A-Za-z0-9])(?:[A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){4}|[A-Z0-9]{5}(?:-[A-Z0-9]{5})+)/g;

/**
 * What messages and records say of an answer file, without any product key: they are sent around, and a key may stand where
 * nobody expects one, as a component's name in a file that was pasted together.
 */
export function withoutProductKeys(text: string): string {
  return text.replaceAll(productKey, "(a product key)");
}
