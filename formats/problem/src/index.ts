/**
 * Problem details (RFC 9457) with a stable code, and the one table from code to HTTP status and to words in Japanese and English.
 * @module
 */

export { problemAnswer } from './answer.ts';
export { PROBLEM_TYPE, type Problem, parseProblem, toProblem } from './problem.ts';
export { type Entry, type Words, words, wordTable } from './words.ts';
