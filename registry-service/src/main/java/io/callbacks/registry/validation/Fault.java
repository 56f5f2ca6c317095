package io.callbacks.registry.validation;

/**
 * What is wrong with one field of a request.
 *
 * @param field its name; of an env or library entry, with the entry's name behind a dot
 * @param problem the kebab-case name of the rule that was broken
 * @param detail what was wrong and how to mend it
 */
public record Fault(String field, String problem, String detail) {
    private static final int LONGEST_SHOWN = 80;

    public Fault {
        field = shown(field);
    }

    /** What a request said, as far as an answer repeats it. */
    public static String shown(String said) {
        return said.length() <= LONGEST_SHOWN ? said : said.substring(0, LONGEST_SHOWN) + "…";
    }
}
