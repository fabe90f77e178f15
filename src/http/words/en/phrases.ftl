### What deeds and readers say in words of their own, each on one line: here it is found by its English text.

phrase-cut-off = the body was cut off
phrase-no-boundary = the multipart type names no boundary
phrase-no-limits = the server has no body limits
phrase-not-json = it is not JSON
phrase-not-json-or-twice = it is not JSON, or a name occurs twice
phrase-not-multipart = it is not multipart
phrase-not-utf8 = it is not UTF-8
phrase-nameless-part = a part has no name
phrase-twice = a name occurs twice
phrase-nul = a value holds a NUL character
phrase-email-as-name = Send it, or email_as_name: true.
phrase-restoring = Send restoring_email, or restoring_token and restoring_password.
phrase-code-verifier = a code comes with its code_verifier
phrase-redirect-uri = redirect_uri is not an absolute address
phrase-vk-code = a VK code comes with code_verifier and device_id
phrase-token-signs = token must be 1 to 16384 printable ASCII characters without spaces
phrase-companion-signs = what comes with the token must be printable ASCII without spaces, or left out
phrase-token-kind = this provider is not configured to take this kind of token
