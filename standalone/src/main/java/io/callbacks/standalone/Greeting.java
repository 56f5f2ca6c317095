package io.callbacks.standalone;

/** What to do next, ready to be pasted. */
final class Greeting {
    private static final String PYTHON =
            "def handler(event):\\n    return {\\\"hello\\\": \\\"world\\\"}";
    private static final String NODE = "exports.handler = async () => ({ hello: \\\"world\\\" });";

    private Greeting() {}

    /** The way from nothing to a first answer. */
    static String first(String url, String type) {
        return """

        Try it:
          curl -sX POST %1$s/callbacks/ -H 'Content-Type: application/json' -d '%2$s'
          curl -sX POST %1$s/deploy/ -H 'Content-Type: application/json' -H 'Prefer: wait=60' -d '{"callback_id": 1, "status": true}'
          curl -s %1$s/api/hello
        """
                .formatted(url, callback("hello", type));
    }

    /** What is already there. */
    static String again(String url) {
        return """

        What is here:
          curl -s %s/callbacks/
        """
                .formatted(url);
    }

    /** A small callback, as JSON. */
    static String callback(String path, String type) {
        return """
        {"path": "%s", "method": "GET", "type": "%s", "code": "%s"}"""
                .formatted(path, type, type.equals("python") ? PYTHON : NODE);
    }
}
