package io.callbacks.registry.validation;

/**
 * What is wrong with one field of a request.
 *
 * @param field its name; of an env or library entry, with the entry's name behind a dot
 * @param problem the kebab-case name of the rule that was broken
 * @param detail what was wrong and how to mend it
 */
public record Fault(String field, String problem, String detail) {}
