       >>SOURCE FORMAT IS FREE
*> The same logic as a plain program: reads the event from standard
*> input, one line, and writes the result to standard output. If the
*> event is invalid, writes the reason to standard error, and exits
*> with status 1.
IDENTIFICATION DIVISION.
PROGRAM-ID. command.

DATA DIVISION.
WORKING-STORAGE SECTION.
01  EVENT-TEXT       PIC X(4096).
01  EVENT-LEN        PIC 9(9) COMP-5.
01  ANSWER           PIC X(128).
01  ANSWER-LEN       PIC 9(9) COMP-5.
01  STATUS-CODE      PIC 9(9) COMP-5.

PROCEDURE DIVISION.
    ACCEPT EVENT-TEXT FROM SYSIN
    MOVE FUNCTION LENGTH(FUNCTION TRIM(EVENT-TEXT TRAILING))
        TO EVENT-LEN
    CALL STATIC "pay" USING EVENT-TEXT EVENT-LEN ANSWER
        ANSWER-LEN STATUS-CODE
    IF STATUS-CODE NOT = 0
        DISPLAY ANSWER(1:ANSWER-LEN) UPON SYSERR
        MOVE 1 TO RETURN-CODE
    ELSE
        DISPLAY ANSWER(1:ANSWER-LEN) WITH NO ADVANCING
    END-IF
    STOP RUN.
END PROGRAM command.
