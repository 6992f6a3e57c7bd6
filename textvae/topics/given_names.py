"""Given names that are common in English texts: where the search for names of people begins.

Names that are rather those of places or months (virginia, june) are not among them.
"""

from textvae.topics.stop_words import listed

MEN = listed("""
    aaron abraham adam adrian alan albert alec alex alexander alfred allan allen alvin andre andrew andy
    anthony arnold arthur barry ben benjamin benny bernard bernie bert bill billy bob bobby brad bradley
    brandon brendan brent brett brian bruce bruno bryan byron calvin cameron carl carlos cecil charles
    charlie chris christopher chuck clarence claude clayton clifford clint clyde colin conrad corey craig
    curtis cyril dale damon dan daniel danny darren darryl dave david dean dennis derek desmond dick
    dominic don donald doug douglas duncan dustin dwight dylan earl eddie edgar edmund eduardo edward
    edwin eli elliot ellis elmer elvis eric ernest ernie ethan eugene evan felix fernando floyd francis
    frank franklin fred freddie frederick gabriel garrett gary gavin geoffrey george gerald gerard gilbert
    giovanni glen glenn gordon graham greg gregory gus guy hal hank hans harold harrison harry harvey
    hector henry herbert herman homer horace howard hugh hugo humphrey ian igor irving isaac ivan jack
    jackie jacob jake james jamie jared jason jay jean jeff jeffrey jeremy jerome jerry jesse jim jimmy
    joe joel joey johann john johnny jon jonathan jorge joseph josh joshua juan julian julius justin karl
    keith ken kenneth kenny kevin kirk kurt kyle lance larry laurence lawrence lee leo leon leonard
    leonardo leroy leslie lester lewis liam lloyd lou louis lucas luis luke luther malcolm manuel marc
    marcus mario mark marshall martin marvin matt matthew maurice max maxwell mel melvin michael michel
    miguel mike milton mitchell morgan morris moses nathan neal ned neil nelson nicholas nick nicolas
    nigel noah noel norman oliver oscar otis otto owen pablo patrick paul pedro percy perry pete peter
    phil philip phillip pierre quentin ralph ramon randall randy raoul ray raymond reginald rex ricardo
    richard rick ricky rob robbie robert roberto roderick rodney roger roland roman ron ronald ronnie ross
    roy ruben rudolf rudolph rudy rufus rupert russ russell ryan salvador sam sammy samuel saul scott sean
    sebastian seth shane shawn sid sidney simon spencer stan stanley stephen steve steven stewart stuart
    sylvester ted terence terrence terry theodore thomas tim timothy tobias toby todd tom tommy tony
    travis trevor troy tyler vernon victor vince vincent virgil vladimir wallace wally walter warren wayne
    wendell wesley wilbur wilfred willem william willie winston woody xavier zachary
""")

WOMEN = listed("""
    abigail ada agatha agnes alice alicia alison allison amanda amelia amy ana andrea angela angelina
    angie anita ann anna anne annette annie antonia ashley audrey barbara beatrice becky belinda
    bernadette bertha beth betsy betty beverly bonnie brenda bridget brigitte brooke camilla candice carla
    carmen carol carole caroline carolyn carrie cassandra catherine cathy cecilia celia charlene charlotte
    cheryl christina christine cindy claire clara clarissa claudia colleen connie constance cordelia
    courtney cynthia daisy dana daphne darlene debbie deborah debra deirdre delia delores denise diana
    diane dolores donna dora doris dorothy drew edith edna eileen elaine eleanor elena elinor elisabeth
    eliza elizabeth ella ellen elsa elsie emilia emily emma erica erin estelle esther ethel eunice eva eve
    evelyn faye fiona frances francesca gabrielle genevieve geraldine gertrude gillian gina ginger gladys
    glenda gloria grace greta gwen gwyneth hannah harriet hazel heather heidi helen helena henrietta
    hilary hilda holly ida imogen ingrid irene iris isabel isabella isabelle ivy jackie jacqueline jamie
    jane janet janice jasmine jean jeanette jeanne jenna jennifer jenny jessica jill jo joan joanna joanne
    jodie josephine joyce juanita judith judy julia julianne julie juliet juliette karen kate katherine
    kathleen kathryn kathy katie kay kelly kim kimberly kirsten kristen kristin laura lauren laurie leah
    lena leslie libby lillian lily linda lindsay lisa liz lois loretta lorraine louisa louise lucia
    lucille lucinda lucy lydia lynn mabel mandy marcia margaret marge margot maria marian marianne marie
    marilyn marion marisa marjorie marlene martha mary matilda maud maureen mavis meg megan melanie
    melinda melissa mercedes meryl michelle mildred mimi minnie miranda miriam molly monica muriel myra
    myrtle nadia nan nancy naomi natalie natasha nell nicole nina nora norma olga olive olivia ophelia
    pamela patricia patty paula pauline peg peggy penelope penny phoebe phyllis polly priscilla prudence
    rachel ramona rebecca regina rene renee rhonda rita roberta robin rosa rosalind rose rosemary rosie
    roxanne ruby ruth sabrina sadie sally samantha sandra sandy sara sarah selma shannon sharon sheila
    shelley sherry shirley sigourney silvia sonia sophia sophie stacy stella stephanie sue susan susannah
    suzanne sylvia tamara tammy tanya tara teresa tess thelma theresa tiffany tina tracy trudy uma ursula
    valerie vanessa vera veronica vicky viola violet vivian wanda wendy whitney wilma winifred winona
    yolanda yvonne zoe
""")

GIVEN_NAMES = MEN | WOMEN
